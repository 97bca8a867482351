"""What holds for all tests."""

from hypothesis import settings

# The same examples each time: a floor that fails by chance tells nothing about the change it judges. For new examples:
# pytest --hypothesis-profile=default
settings.register_profile("floor", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("floor")
