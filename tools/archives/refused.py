"""Why a release is not made. The message is for the person who makes it."""


class Refused(Exception):
    """Something is not as the registries and the users need it."""
