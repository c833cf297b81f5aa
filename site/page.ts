import { html, type SafeHtml } from './html.ts';

export interface PageFrame {
  /** Address of a file under /assets/. */
  assetUrl: (name: string) => string;
  /** Whether to link the API explorer. */
  showApiLink: boolean;
}

export interface PageContent {
  title: string;
  /** For search engines and link previews. */
  description?: string;
  /** Absolute address of the page. */
  canonicalUrl?: string;
  /** Absolute address of the picture that link previews show. */
  imageUrl?: string | null;
  /** Kept out of search engines. */
  noIndex?: boolean;
  head?: SafeHtml;
  main: SafeHtml;
}

function metaTags(content: PageContent): SafeHtml {
  const { title, description, canonicalUrl, imageUrl } = content;
  return html`<meta property="og:title" content="${title}" />
    <meta property="og:type" content="website" />
    ${
      description &&
      html`<meta name="description" content="${description}" />
        <meta property="og:description" content="${description}" />`
    }
    ${
      canonicalUrl &&
      html`<link rel="canonical" href="${canonicalUrl}" />
        <meta property="og:url" content="${canonicalUrl}" />`
    }
    ${
      imageUrl
        ? html`<meta property="og:image" content="${imageUrl}" />
            <meta name="twitter:card" content="summary_large_image" />`
        : null
    }
    ${content.noIndex && html`<meta name="robots" content="noindex" />`}`;
}

/** A whole public document: head, header, the content, footer. */
export function page(frame: PageFrame, content: PageContent): SafeHtml {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${content.title}</title>
        <link rel="icon" href="${frame.assetUrl('icon.svg')}" type="image/svg+xml" />
        <link rel="stylesheet" href="${frame.assetUrl('site.css')}" />
        ${metaTags(content)} ${content.head}
      </head>
      <body>
        <a class="skip-link" href="#main">Skip to content</a>
        <header class="site-header">
          <div class="wrap site-header-row">
            <a class="brand" href="/"
              ><img src="${frame.assetUrl('icon.svg')}" alt="" width="32" height="32" />Forecourt</a
            >
            <nav class="site-nav" aria-label="Main">
              <a href="/">Showroom</a><a href="/staff">Staff</a>
            </nav>
          </div>
        </header>
        <main id="main" class="wrap" tabindex="-1">${content.main}</main>
        <footer class="site-footer">
          <div class="wrap site-footer-row">
            <span>Forecourt</span>
            <nav aria-label="Footer">
              ${frame.showApiLink && html`<a href="/graphql">GraphQL API</a>`}<a href="/staff"
                >Staff log-in</a
              >
            </nav>
          </div>
        </footer>
      </body>
    </html> `;
}
