"""What every value is made of: checked fields, plain JSON data, secrets and media types."""
