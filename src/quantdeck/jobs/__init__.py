"""Named pieces of work that begin and end, such as bringing recorded files onto the tape."""
