"""The HTTP interface: a JSON API for programs, and small pages on which recipients acknowledge."""

from gateway.web.application import create_web_app
from gateway.web.openapi import openapi_document
from gateway.web.server import WebRunner
from gateway.web.settings import WebSettings

__all__ = ["WebRunner", "WebSettings", "create_web_app", "openapi_document"]
