# The service as a container: `docker build -t rapport .`, or `docker compose up` (docker-compose.yml). The target `gpu`
# is the same with CUDA. `npm run image:rehearse` runs these steps without Docker.
# Debian and Ubuntu, not Alpine: onnxruntime-node is built against glibc.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig*.json nest-cli.json ./
COPY packages ./packages
RUN npm ci
COPY src ./src
COPY web ./web
COPY scripts/web.mjs ./scripts/
RUN npm run build

FROM node:20-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages ./packages
RUN npm ci --omit=dev

# CUDA's library of ONNX Runtime, which is no part of its package.
FROM dependencies AS gpu-dependencies
RUN ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js

FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu22.04 AS gpu
COPY --from=build /usr/local/bin/node /usr/local/bin/node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 RAPPORT_DATA_DIR=/data
WORKDIR /app
COPY package.json ./
COPY --from=gpu-dependencies /app/node_modules ./node_modules
COPY --from=build /app/packages ./packages
COPY --from=build /app/dist ./dist
COPY models ./models
RUN useradd --create-home --uid 1000 node && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
CMD ["node", "dist/supervise.js"]

FROM node:20-bookworm-slim AS cpu
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
