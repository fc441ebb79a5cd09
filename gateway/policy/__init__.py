"""Judges packs by the Cedar policies of a directory: loading, judging and checking them."""

from gateway.policy.bundle import Bundle, load_bundle
from gateway.policy.check import PolicyReport, check_policies
from gateway.policy.judge import CedarJudge

__all__ = ["Bundle", "CedarJudge", "PolicyReport", "check_policies", "load_bundle"]
