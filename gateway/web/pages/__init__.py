"""The pages people see in a browser: for users who sign in, and for recipients without accounts."""
