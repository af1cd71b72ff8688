"""The desk: web pages that show a simulator's users, documents and requests to a person."""

from .forms import Filled, read
from .hosted import Hosted, hosted_page, leads_back
from .site import PREFIX, DeskSite
from .values import (
    Action,
    Badge,
    Clerk,
    Fact,
    Group,
    Input,
    Link,
    Listener,
    Moment,
    Page,
    Paper,
    Person,
    Sent,
    Tone,
    WrongInputError,
)

__all__ = [
    "PREFIX",
    "Action",
    "Badge",
    "Clerk",
    "DeskSite",
    "Fact",
    "Filled",
    "Group",
    "Hosted",
    "Input",
    "Link",
    "Listener",
    "Moment",
    "Page",
    "Paper",
    "Person",
    "Sent",
    "Tone",
    "WrongInputError",
    "hosted_page",
    "leads_back",
    "read",
]
