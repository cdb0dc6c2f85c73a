import { Module } from '@nestjs/common';
import { BUILT_PAGE, BuiltPage } from './built-page';
import { PageController } from './page.controller';

/** The dashboard as browsers load it (docs/dashboard.md). */
@Module({
  controllers: [PageController],
  providers: [{ provide: BUILT_PAGE, useFactory: () => BuiltPage.read() }],
})
export class PageModule {}
