// What form-js says of a wrong field, in the reader's language: it has English texts alone. A model's own message stays.
import { text } from "../shell/page.js";

const SHAPES = [
  [/^Field is required\.$/, "field_required"],
  [/^Field must have minimum length of (?<limit>.+)\.$/, "field_min_length"],
  [/^Field must have maximum length of (?<limit>.+)\.$/, "field_max_length"],
  [/^Field must have minimum value of (?<limit>.+)\.$/, "field_min"],
  [/^Field must have maximum value of (?<limit>.+)\.$/, "field_max"],
  [/^Field must match pattern (?<pattern>.+)\.$/, "field_pattern"],
  [/^Field must be a valid email\.$/, "field_email"],
  [/^Field must be a valid +international phone number\./, "field_phone"],
  [/^Value is not a number\.$/, "field_number"],
  [/^Value is expected to be an integer\.$/, "field_integer"],
  [/^Value is expected to have at most (?<count>\d+) decimal digits?\.$/, "field_decimals"],
  [/^Please select a valid value, the two nearest valid values are (?<low>.+) and (?<high>.+)\.$/, "field_step"],
];

const say = (message) => {
  for (const [shape, key] of SHAPES) {
    const found = shape.exec(message);
    if (found) return text(key, found.groups);
  }
  return message;
};

export function speakTheReadersLanguage(form) {
  const validator = form.get("validator");
  for (const name of ["validateField", "validateFieldInstance"]) {
    const original = validator[name].bind(validator);
    validator[name] = (...values) => original(...values).map(say);
  }
}
