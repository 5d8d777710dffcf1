"""Where the parts are put together: settings, and the one file that names concrete classes."""
