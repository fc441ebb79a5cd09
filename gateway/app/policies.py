"""Checking a folder of policies as a whole: rules, tables, test cases, and templates."""

from dataclasses import replace
from pathlib import Path

from gateway.documents import check_templates, duty_problems
from gateway.policy import PolicyReport, load_bundle
from gateway.policy import check_policies as check_rules
from gateway.policy.bundle import TEMPLATES


def check_policies(directory: Path) -> PolicyReport:
    """Load the policies in `directory`, try them on their test cases, and fill in their templates.

    Raises:
        InvalidInput: the policies or their test cases cannot be read.
    """
    report = check_rules(directory)
    templates = directory / TEMPLATES
    forms = load_bundle(directory).forms.values()
    failures = [
        f"requests.toml: the form for '{form.authority}' needs {TEMPLATES}/{form.template}.docx"
        for form in forms
        if not (templates / f"{form.template}.docx").is_file()
    ]
    failures += [
        f"{TEMPLATES}/{fault.field}: {fault.message} {fault.remedy}"
        for fault in check_templates(templates)
    ]
    failures += [
        f"{TEMPLATES}/{fault.field}: for '{form.authority}': {fault.message} {fault.remedy}"
        for form in forms
        for fault in duty_problems(templates, form.template, form.duty)
    ]
    return replace(report, failures=(*report.failures, *failures))
