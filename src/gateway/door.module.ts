import { Logger, Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config';
import { SERVICE_PARTS, type ServiceParts } from '../config/service-parts';
import { ClientAddress } from './admission/client-address';
import { Seats } from './admission/seats';
import { SessionQuota } from './admission/session-quota';
import { StartPace } from './admission/start-pace';
import { Throttle } from './admission/throttle';
import { ApiKeys } from './auth/api-keys';
import { Authenticator } from './auth/authenticator';
import { BrowserTokens } from './auth/browser-tokens';
import { Doorkeeper } from './auth/doorkeeper';
import { JwtVerifier } from './auth/jwt';
import { LoginSessions } from './auth/login-sessions';
import { OriginPolicy } from './auth/origins';
import { LoginAttempts } from './auth/people/login-attempts';
import { OPENID_LOGIN, OpenIdLogin } from './auth/people/open-id';
import { PasswordLogin } from './auth/people/password-login';
import { Passwords } from './auth/people/passwords';
import { People } from './auth/people/people';
import { UserFile } from './auth/people/user-file';
import { Users } from './auth/people/users';
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
    {
      provide: Users,
      inject: [CONFIG],
      useFactory: ({ dataDir }: Config) => Users.open(new UserFile(dataDir), monotonic, toldUsersFault),
    },
    {
      provide: People,
      inject: [Users, GATEWAY_OPTIONS, SERVICE_PARTS],
      useFactory: (users: Users, options: GatewayOptions, parts: ServiceParts) =>
        new People(users, new LoginSessions(options, wallClock(parts))),
    },
    {
      provide: PasswordLogin,
      inject: [CONFIG, GATEWAY_OPTIONS, Users, People],
      useFactory: passwordLogin,
    },
    {
      provide: OPENID_LOGIN,
      inject: [CONFIG, SERVICE_PARTS],
      useFactory: ({ openId }: Config, parts: ServiceParts) =>
        openId === undefined ? null : OpenIdLogin.open(openId, wallClock(parts), toldOpenIdFault),
    },
    {
      provide: Doorkeeper,
      inject: [CONFIG, SERVICE_PARTS, GATEWAY_OPTIONS, BrowserTokens, People],
      useFactory: doorkeeper,
    },
    {
      provide: Seats,
      inject: [CONFIG, GATEWAY_OPTIONS],
      useFactory: ({ tenantQuota }: Config, options: GatewayOptions) =>
        new Seats({ ...options, maxTenantConnections: tenantQuota.maxConnections }),
    },
    {
      provide: StartPace,
      inject: [GATEWAY_OPTIONS],
      useFactory: (options: GatewayOptions) => new StartPace(options),
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
  exports: [
    GATEWAY_OPTIONS,
    BrowserTokens,
    Doorkeeper,
    PasswordLogin,
    OPENID_LOGIN,
    People,
    Seats,
    SessionQuota,
    StartPace,
    UpgradePolicy,
  ],
})
export class DoorModule {}

const isDevelopment = ({ apiKeys, jwt }: Config): boolean => apiKeys.length === 0 && jwt === undefined;

/** By the library's code alone: its words may quote the provider's answer. */
function toldOpenIdFault(error: unknown): void {
  new Logger('OpenId').warn({ msg: 'the provider of log-ins did not confirm one', code: String(error) });
}

function toldUsersFault(error: unknown): void {
  new Logger('Users').error({ msg: 'the changed file of users is not taken', error: String(error) });
}

async function passwordLogin(
  config: Config,
  { loginAttempts }: GatewayOptions,
  users: Users,
  people: People,
): Promise<PasswordLogin> {
  const passwords = await Passwords.open();
  const attempts = new LoginAttempts(loginAttempts, monotonic);
  return new PasswordLogin({
    users,
    people,
    passwords,
    attempts,
    developmentOnly: isDevelopment(config) && config.openId === undefined,
  });
}

/** Rejects with RapportError `config_invalid`. */
async function doorkeeper(
  config: Config,
  parts: ServiceParts,
  options: GatewayOptions,
  tokens: BrowserTokens,
  people: People,
): Promise<Doorkeeper> {
  const now = wallClock(parts);
  const developmentOnly = isDevelopment(config);
  const authenticator = new Authenticator({
    keys: new ApiKeys(config.apiKeys),
    tokens,
    people,
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
