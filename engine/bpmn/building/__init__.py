"""From a file that passed the rules to the executable model, a module for each part of an element."""
