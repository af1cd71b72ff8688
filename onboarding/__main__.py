"""`python -m onboarding` is the command line."""

from onboarding.cli import main

if __name__ == "__main__":
    main()
