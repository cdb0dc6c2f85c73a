import { Controller, Get, Header, Param } from '@nestjs/common';
import { RapportError } from '@rapport-live/protocol';
import { type ApiDocuments, apiDocuments } from './api-documents';
import { docsPage } from './docs-page';

/** `/docs`: what the service speaks, for people and for tools. The same for everybody: it says nothing of who is here. */
@Controller('docs')
export class DocsController {
  private documents: ApiDocuments | undefined;
  private page: string | undefined;

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  all(): string {
    return (this.page ??= docsPage(this.made()));
  }

  @Get(':file')
  document(@Param('file') file: string): object {
    const document = this.made().get(file);
    if (document === undefined) throw new RapportError('unknown_path', `/docs lists its documents: this is none.`);
    return document;
  }

  private made(): ApiDocuments {
    return (this.documents ??= apiDocuments());
  }
}
