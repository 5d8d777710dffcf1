"""The features that come with quantdeck, one file by kind; a file that is put here is found."""
