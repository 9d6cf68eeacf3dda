"""jq with the options that the examples use, on the engine of the package jq, so that a test needs no jq on the machine."""

import json
import sys

import jq

options, variables, rest = set(), {}, []
words = iter(sys.argv[1:])
for word in words:
    if word == "--arg":
        name = next(words)
        variables[name] = next(words)
    elif word == "--slurpfile":
        name, file = next(words), next(words)
        variables[name] = jq.compile(".").input_text(open(file).read()).all()
    elif word in ("--raw-output", "-r", "--raw-input", "--slurp", "--exit-status"):
        options.add(word)
    elif word.startswith("-"):
        sys.exit(f"the stand-in for jq does not know {word}")
    else:
        rest.append(word)
program, *files = rest
text = "".join(open(file).read() for file in files) if files else sys.stdin.read()
compiled = jq.compile(program, args=variables)
if "--raw-input" in options:
    assert "--slurp" in options
    values = compiled.input_value(text).all()
else:
    values = compiled.input_text(text, slurp="--slurp" in options).all()
for value in values:
    raw = isinstance(value, str) and options & {"--raw-output", "-r"}
    print(value if raw else json.dumps(value, ensure_ascii=False, indent=2))
if "--exit-status" in options and not (values and values[-1]):
    sys.exit(1)
