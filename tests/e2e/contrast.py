"""How well the texts of a page can be read: what WCAG asks for is 4.5 to 1."""

from playwright.sync_api import Locator

READ = """root => {
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const channels = colour => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    return [...pixel.getImageData(0, 0, 1, 1).data];
  };
  const luminance = colour => channels(colour).slice(0, 3).map(value => value / 255)
    .map(value => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const ground = node => {
    const colour = getComputedStyle(node).backgroundColor;
    return channels(colour)[3] === 255 || !node.parentElement ? colour : ground(node.parentElement);
  };
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const poor = new Set();
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    const { width, height } = node.getBoundingClientRect();
    if (!texts.currentNode.data.trim() || width < 2 || height < 2 || node instanceof SVGElement) continue;
    const [light, dark] = [luminance(getComputedStyle(node).color), luminance(ground(node))].sort((a, b) => b - a);
    if ((light + 0.05) / (dark + 0.05) < 4.5) poor.add(texts.currentNode.data.trim());
  }
  return [...poor];
}"""

LIGHTNESS = """node => {
  const pixel = document.createElement("canvas").getContext("2d");
  pixel.fillStyle = getComputedStyle(node).backgroundColor;
  pixel.fillRect(0, 0, 1, 1);
  return Math.max(...[...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3));
}"""

DARK = 64


def poor_texts(part: Locator) -> list[str]:
    """The texts of this part that stand out from their ground by less than 4.5 to 1."""
    return list(part.evaluate(READ))


def is_dark(part: Locator) -> bool:
    """Whether what this part is painted on is dark."""
    return int(part.evaluate(LIGHTNESS)) < DARK
