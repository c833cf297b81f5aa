import { attributes, html, type SafeHtml } from './html.ts';
import type { PageFrame } from './page.ts';

/** The one document of all staff pages: the rest is rendered in the browser. */
export function staffShell(
  frame: PageFrame,
  {
    demoAccount,
    signUpOpen,
  }: { demoAccount: { email: string; password: string } | null; signUpOpen: boolean },
): SafeHtml {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Staff | Forecourt</title>
<link rel="icon" href="${frame.assetUrl('icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${frame.assetUrl('site.css')}">
<link rel="stylesheet" href="${frame.assetUrl('staff.css')}">
<script type="module" src="${frame.assetUrl('staff.js')}"></script>
<script type="module" src="/embed/v1.js"></script>
</head>
<body class="staff">
<noscript><p class="wrap">The staff pages need JavaScript.</p></noscript>
<forecourt-staff${attributes({
    'demo-email': demoAccount?.email,
    'demo-password': demoAccount?.password,
    'sign-up-open': signUpOpen,
  })}></forecourt-staff>
</body>
</html>
`;
}
