import type { ServerResponse } from 'node:http';
import { Controller, Get, Inject, Param, Res } from '@nestjs/common';
import { RapportError } from '@rapport-live/protocol';
import { BUILT_PAGE, type BuiltPage } from './built-page';

/** Scripts, styles and pictures of our own files alone: nothing inline, and nothing from elsewhere (CSP Level 3). */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const YEAR_S = 31_536_000;

/** `/wall`: the dashboard. The same for everybody: what it shows comes from the interface, to whoever has the right. */
@Controller('wall')
export class PageController {
  constructor(@Inject(BUILT_PAGE) private readonly page: BuiltPage) {}

  @Get()
  show(@Res() response: ServerResponse): void {
    const { html } = this.page;
    if (html === undefined) throw new RapportError('unknown_path', 'The dashboard was not built: `npm run build`.');
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    // it names the files of today
    response.setHeader('cache-control', 'no-cache');
    response.end(html);
  }

  @Get('assets/:file')
  asset(@Res() response: ServerResponse, @Param('file') name: string): void {
    const file = this.page.file(name);
    if (file === undefined) throw new RapportError('unknown_path', 'The dashboard has no such file: load it again.');
    response.setHeader('content-type', file.contentType);
    response.setHeader('content-length', file.bytes.byteLength);
    response.setHeader('cache-control', `public, max-age=${YEAR_S}, immutable`);
    response.end(file.bytes);
  }
}
