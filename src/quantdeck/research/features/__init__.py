"""What is known of each symbol at the end of each session: registered functions of a panel of prices."""
