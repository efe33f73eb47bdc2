"""Labels by keywords: beginnings of words that speak for a label of the sample desk, else the label's own words."""

from collections import Counter

from services.practice_model.blocks import stems

KEYWORDS = {
    "Hardware": "laptop monitor docki print heads keybo broke batte server scree netwo wirel charg ноутб монит принт клави "
    "гарни сломан серве батар экран включ разъё",
    "Access": "acces passw login locke accou permi badge badge two-f crede досту парол вход учётн пропу блоки",
    "Administrative rights": "admin insta right eleva polic drive upgra админ устан прав драйв полит обнов",
    "Storage": "mailb quota disk space backu resto folde archi volum квота место диск резер восст ящик архив",
    "HR Support": "leave contr salar holid times vacat emplo mater отпус догов зарпл табел справ уволь сотру",
    "Purchase": "order purch invoi suppl quote deliv vendo licen goods заказ счёт поста закуп товар лиценз",
    "Internal Project": "proje opport codes budge miles phase проек сделк вехи бюдже этап ворон",
    "Miscellaneous": "cante booki umbre newsl park phish guest lotte столо брон зонт рассы парко фишин",
}


def label_of(text: str, labels: tuple[str, ...]) -> tuple[str, str, float, list[str]]:
    """Label, runner-up, confidence and the words that decided."""
    known = stems(text)
    votes: Counter[str] = Counter()
    words: dict[str, list[str]] = {}
    for label in labels:
        spoken = {word[:5] for word in KEYWORDS.get(label, "").split()} | stems(label)
        words[label] = sorted(known & spoken)
        votes[label] = len(words[label])
    ranked = [label for label, _count in votes.most_common()] or list(labels)
    first, second = ranked[0], ranked[min(1, len(ranked) - 1)]
    total = votes[first] + votes[second]
    confidence = round(0.5 + 0.45 * (votes[first] - votes[second]) / total, 2) if total else 0.2
    return first, second, confidence, words.get(first, [])[:6]
