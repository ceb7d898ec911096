"""Generated requests to every operation of the OpenAPI document, by every role."""
