# Small, non-root, with its own health check; builds for amd64 and arm64 alike:
#   docker build --build-arg GIT_SHA="$(git rev-parse --short=12 HEAD)" -t alert-whisperer .
#   docker run --rm -p 8001:8001 -v alert-whisperer:/data --stop-timeout 20 --name aw alert-whisperer
#   docker exec aw alert-whisperer company create --name Acme
# Settings come from the environment (.env.example); no secret is ever part of the image.

FROM node:22-trixie-slim AS dashboard
WORKDIR /web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --ignore-scripts
COPY web .
RUN npm run build

FROM rust:1.95-slim-trixie AS builder
WORKDIR /build
COPY . .
COPY --from=dashboard /web/dist web/dist
RUN cargo build --release --locked --bin alert-whisperer \
    && install -D target/release/alert-whisperer /out/alert-whisperer \
    && deploy/crates.sh >/out/crates.txt

FROM dashboard AS bill
COPY deploy/sbom.mjs Cargo.lock ./
COPY --from=builder /out/crates.txt ./
RUN node sbom.mjs Cargo.lock package-lock.json <crates.txt >/sbom.cdx.json

FROM debian:trixie-slim
# A number, so that Kubernetes can see that it is not root.
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin whisperer \
    && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=builder /out/alert-whisperer /usr/local/bin/alert-whisperer
# What it is made of (CycloneDX).
COPY --from=bill /sbom.cdx.json /usr/local/share/alert-whisperer/sbom.cdx.json

ARG GIT_SHA=unknown
ENV GIT_SHA=${GIT_SHA} \
    PORT=8001 \
    AGENT_MODE=local \
    DATA_DIR=/data \
    LOG_FORMAT=json \
    AGENTCORE_PORT=8080 \
    DOCKER_CONTAINER=1
LABEL org.opencontainers.image.title="alert-whisperer" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${GIT_SHA}"

USER 10001:10001
VOLUME /data
# 8080: AgentCore Runtime. AGENTCORE_PORT= (empty) leaves it out; a key is asked for unless AGENTCORE_COMPANY is set.
EXPOSE 8001 8080
# A drain takes at most 15 s.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s --retries=3 \
    CMD alert-whisperer ping --url "http://127.0.0.1:${PORT}"
# `exec`, so that the binary itself gets the signals; the shell only reads PORT.
CMD ["/bin/sh", "-c", "exec alert-whisperer serve --listen \"0.0.0.0:${PORT}\""]
