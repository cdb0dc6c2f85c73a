/** No fonts, pictures or sheets from elsewhere. */
export const DOCS_STYLE = `
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;max-width:70rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
h1{font-size:1.6rem}
h2{margin-top:2.5rem;border-top:1px solid #8886;padding-top:1rem}
details{border-bottom:1px solid #8884;padding:.3rem 0}
summary{cursor:pointer}
code{font-size:.9em}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.15rem .6rem .15rem 0;border-bottom:1px solid #8883;font-weight:400}
`;
