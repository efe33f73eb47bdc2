"""`python -m cli` is `penstock` where the project is not installed."""

from cli import main

main()
