# The service as a container: `docker build -t rapport .`, or `docker compose up` (docker-compose.yml).
# Debian, not Alpine: onnxruntime-node is built against glibc.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig*.json nest-cli.json ./
COPY packages ./packages
RUN npm ci
COPY src ./src
RUN npm run build

FROM node:20-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages ./packages
RUN npm ci --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 RAPPORT_DATA_DIR=/data
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/packages ./packages
COPY --from=build /app/dist ./dist
COPY models ./models
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
# node itself as process 1: the supervisor, which gets SIGTERM and lets the service drain (docs/operations.md).
CMD ["node", "dist/supervise.js"]
