"""The staff pages' frame in English."""

from typing import Final

from dispatcher.gateway.staff.words import AuditWords, ErrorWords, SignInWords, Words

EN: Final = Words(
    tag="en",
    own_name="English",
    product="Reminders",
    skip="Skip to the content",
    sections_label="Sections",
    language="Language",
    signed_in_as="{name}, {role}",
    sign_out="Sign out",
    home="Start",
    home_intro="What you may do here as {role}:",
    roles={"agent": "agent", "supervisor": "supervisor", "auditor": "auditor"},
    sections={
        "home": "Start",
        "desk": "Call desk",
        "overview": "Overview",
        "why": "Why",
        "reports": "Reports",
        "audit": "Record",
    },
    section_says={
        "desk": "Take the next call, and report what came of it.",
        "overview": "The queue, how old it is, and calls whose outcome nobody has told.",
        "why": "What one customer was told, and why, or why not.",
        "reports": "Recovery, promises, ageing and what the channels cost.",
        "audit": "Who did what here.",
    },
    flashes={
        "signed_out": "You are signed out.",
        "session_over": "Please sign in. Your last session may have ended, for instance after 30 minutes without use.",
    },
    errors={
        "forbidden": ErrorWords("Not for your role", "This page is for other roles. Ask whoever manages the accounts."),
        "forged": ErrorWords(
            "This form is out of date",
            "Nothing was changed. Go back, load the page again, and send it once more. Cookies must be allowed.",
        ),
        "missing": ErrorWords("There is nothing here", "The address may be incomplete, or what stood here is gone."),
        "too_often": ErrorWords("Too many attempts", "Please wait a minute, then try again."),
        "unavailable": ErrorWords(
            "Not available just now", "The database does not answer. Nothing was changed. Please try again in a minute."
        ),
        "unreadable": ErrorWords("This request cannot be read", "Nothing was changed. Go back and try again."),
        "fault": ErrorWords(
            "Something went wrong here", "The fault was noted. Try again; if it stays, tell whoever runs this service."
        ),
    },
    sign_in=SignInWords(
        title="Sign in",
        name="Name",
        password="Password",  # noqa: S106 - a label
        button="Sign in",
        refused="Name or password is wrong, or there were too many attempts. Check both, or wait some minutes.",
        hint="After several wrong attempts an account is closed for a while.",
        by_proxy="You sign in at your organisation's page, not here. If you came from there, you have no role at this desk: "
        "ask whoever manages the accounts.",
    ),
    audit=AuditWords(
        title="Record",
        intro="What people did here. Rows are only ever added.",
        filter="Choose rows",
        name="Person",
        what="What",
        any="Everything",
        customer="Customer's id",
        task="Task's id",
        first_day="From (UTC)",
        last_day="To (UTC)",
        show="Show",
        csv="Save as CSV",
        number="No.",
        at="When (UTC)",
        role="Role",
        detail="About",
        address="Address",
        none="No rows fit.",
        older="Older rows",
        whats={
            "signed_in": "signed in",
            "sign_in_failed": "failed to sign in",
            "signed_out": "signed out",
            "account_added": "made an account",
            "account_disabled": "closed an account",
            "account_unlocked": "opened an account again",
            "role_changed": "changed a role",
            "password_changed": "changed a password",
            "task_taken": "took a task",
            "task_given_back": "gave a task back",
            "number_revealed": "saw a number",
            "dialled": "dialled",
            "outcome_reported": "reported an outcome",
            "task_resolved": "settled a task without an outcome",
            "customer_viewed": "looked at a customer",
            "report_viewed": "looked at a report",
            "exported": "exported",
            "audit_viewed": "looked at this record",
        },
        details={
            "unknown_name": "unknown name",
            "closed": "account closed",
            "wrong_password": "wrong password",
        },
    ),
)
