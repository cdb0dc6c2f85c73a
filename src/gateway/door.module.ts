import { Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config';
import { SERVICE_PARTS, type ServiceParts } from '../config/service-parts';
import { ClientAddress } from './admission/client-address';
import { Seats } from './admission/seats';
import { SessionQuota } from './admission/session-quota';
import { Throttle } from './admission/throttle';
import { ApiKeys } from './auth/api-keys';
import { Authenticator } from './auth/authenticator';
import { BrowserTokens } from './auth/browser-tokens';
import { Doorkeeper } from './auth/doorkeeper';
import { JwtVerifier } from './auth/jwt';
import { OriginPolicy } from './auth/origins';
import { GATEWAY_OPTIONS, type GatewayOptions, gatewayOptions } from './gateway-options';
import { UpgradePolicy } from './upgrade-policy';

const monotonic = (): number => performance.now();
const wallClock = ({ wallClock: given }: ServiceParts): (() => number) => given ?? Date.now;

/** Who may come in, and how many. */
@Module({
  providers: [
    { provide: GATEWAY_OPTIONS, inject: [CONFIG, SERVICE_PARTS], useFactory: gatewayOptions },
    {
      provide: BrowserTokens,
      inject: [GATEWAY_OPTIONS, SERVICE_PARTS],
      useFactory: (options: GatewayOptions, parts: ServiceParts) => new BrowserTokens(options, wallClock(parts)),
    },
    { provide: Doorkeeper, inject: [CONFIG, SERVICE_PARTS, GATEWAY_OPTIONS, BrowserTokens], useFactory: doorkeeper },
    {
      provide: Seats,
      inject: [CONFIG, GATEWAY_OPTIONS],
      useFactory: ({ tenantQuota }: Config, options: GatewayOptions) =>
        new Seats({ ...options, maxTenantConnections: tenantQuota.maxConnections }),
    },
    {
      provide: SessionQuota,
      inject: [CONFIG],
      useFactory: ({ tenantQuota }: Config) => new SessionQuota(tenantQuota, monotonic),
    },
    {
      provide: UpgradePolicy,
      inject: [Doorkeeper, Seats, BrowserTokens],
      useFactory: (...parts: ConstructorParameters<typeof UpgradePolicy>) => new UpgradePolicy(...parts),
    },
  ],
  exports: [GATEWAY_OPTIONS, BrowserTokens, Doorkeeper, Seats, SessionQuota, UpgradePolicy],
})
export class DoorModule {}

/** Rejects with RapportError `config_invalid`. */
async function doorkeeper(
  config: Config,
  parts: ServiceParts,
  options: GatewayOptions,
  tokens: BrowserTokens,
): Promise<Doorkeeper> {
  const now = wallClock(parts);
  const developmentOnly = config.apiKeys.length === 0 && config.jwt === undefined;
  const authenticator = new Authenticator({
    keys: new ApiKeys(config.apiKeys),
    tokens,
    jwt: config.jwt && (await JwtVerifier.open(config.jwt, now)),
    developmentOnly,
    maxPendingVerifications: options.maxPendingVerifications,
    now,
  });
  return new Doorkeeper(
    authenticator,
    new OriginPolicy(config.allowedOrigins, developmentOnly),
    new Throttle(options.throttle, monotonic),
    new ClientAddress(config.trustedProxies),
  );
}
