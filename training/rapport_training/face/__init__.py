"""The expression encoder: 48x48 grey faces to eight classes and a token for fusion."""
