"""A plugin whose import fails, as one would that wants a package of another age."""

raise ImportError("cannot import name 'flavour' from 'sugar'")
