# osps and nothing else: one static file, no shell, no root. Mount a clone to be read:
#
#   docker build -t osps .
#   docker run --rm -v "$PWD:/repository:ro" osps assess --offline
FROM rust:1.95-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /source
COPY Cargo.toml Cargo.lock build.rs ./
COPY src src
COPY controls controls
COPY policies policies
COPY templates templates
COPY benches benches
RUN cargo build --release --locked && mkdir /empty && chmod 1777 /empty

FROM scratch
COPY --from=build /source/target/release/osps /usr/local/bin/osps
COPY --from=build /empty /tmp
COPY LICENSE /LICENSE
USER 65532:65532
WORKDIR /repository
ENTRYPOINT ["/usr/local/bin/osps"]
CMD ["assess", "--offline"]
