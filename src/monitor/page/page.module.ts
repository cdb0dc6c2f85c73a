import { Module } from '@nestjs/common';
import { BUILT_PAGE, BuiltPage } from './built-page';
import { FrontController } from './front.controller';
import { PageController } from './page.controller';

/** The dashboard as browsers load it (docs/dashboard.md). */
@Module({
  controllers: [FrontController, PageController],
  providers: [{ provide: BUILT_PAGE, useFactory: () => BuiltPage.read() }],
})
export class PageModule {}
