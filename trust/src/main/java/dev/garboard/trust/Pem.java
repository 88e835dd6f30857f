package dev.garboard.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keys and certificates as PEM (RFC 7468): certificates, private keys in PKCS #8, public keys. */
public final class Pem {

    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String PRIVATE_KEY = "PRIVATE KEY";
    private static final String PUBLIC_KEY = "PUBLIC KEY";

    /** A chain and a key are a few kilobytes; anything much larger is another file. */
    private static final long LARGEST_FILE = 1 << 20;

    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    private Pem() {}

    private record Block(String label, String base64) {
        byte[] decode(String origin) {
            try {
                return Base64.getDecoder().decode(base64);
            } catch (IllegalArgumentException broken) {
                throw new TrustException(
                        origin + ": the PEM block \"" + label + "\" is not base64: " + broken.getMessage(), broken);
            }
        }
    }

    /** The file's first certificate. */
    public static X509Certificate readCertificate(Path file) {
        return readCertificates(file).getFirst();
    }

    /** All certificates of a file, at least one. */
    public static List<X509Certificate> readCertificates(Path file) {
        return certificates(text(file), file.toString());
    }

    /** The private key of a file. */
    public static PrivateKey readKey(Path file) {
        return key(text(file), file.toString());
    }

    /**
     * All certificates of a text, at least one.
     *
     * @param origin where the text came from, for the message of a refusal
     */
    public static List<X509Certificate> certificates(String pem, String origin) {
        var certificates = new ArrayList<X509Certificate>();
        for (var block : blocks(pem, origin, "a certificate")) {
            if (block.label().equals(CERTIFICATE)) {
                certificates.add(certificate(block.decode(origin), origin));
            }
        }
        if (certificates.isEmpty()) {
            throw new TrustException(
                    origin + " holds " + labels(pem) + ", expected a PEM block \"" + CERTIFICATE + "\"");
        }
        return List.copyOf(certificates);
    }

    /**
     * The one private key of a text.
     *
     * @param origin where the text came from, for the message of a refusal
     */
    public static PrivateKey key(String pem, String origin) {
        for (var block : blocks(pem, origin, "a private key")) {
            if (block.label().equals(PRIVATE_KEY)) {
                return key(block.decode(origin), origin);
            }
            if (block.label().endsWith(PRIVATE_KEY)) {
                throw new TrustException(origin + " holds a \"" + block.label()
                        + "\", expected an unencrypted PKCS #8 \"PRIVATE KEY\"; convert it with: openssl pkcs8 -topk8 -nocrypt -in "
                        + origin);
            }
        }
        throw new TrustException(origin + " holds " + labels(pem) + ", expected a PEM block \"" + PRIVATE_KEY + "\"");
    }

    /** Certificates as PEM, in the order given. */
    public static String ofCertificates(List<X509Certificate> certificates) {
        var pem = new StringBuilder();
        for (var certificate : certificates) {
            try {
                pem.append(block(CERTIFICATE, certificate.getEncoded()));
            } catch (CertificateEncodingException unencodable) {
                throw new TrustException(
                        "the certificate of " + certificate.getSubjectX500Principal() + " has no encoding",
                        unencodable);
            }
        }
        return pem.toString();
    }

    /** A private key as PKCS #8 PEM. */
    public static String ofKey(PrivateKey key) {
        return block(PRIVATE_KEY, key.getEncoded());
    }

    /** A certificate request as PEM. */
    public static String ofCertificateRequest(byte[] der) {
        return block("CERTIFICATE REQUEST", der);
    }

    /** A public key as PEM. */
    public static String ofPublicKey(PublicKey key) {
        return block(PUBLIC_KEY, key.getEncoded());
    }

    /**
     * The one public key of a text.
     *
     * @param origin where the text came from, for the message of a refusal
     */
    public static PublicKey publicKey(String pem, String origin) {
        for (var block : blocks(pem, origin, "a public key")) {
            if (block.label().equals(PUBLIC_KEY)) {
                return publicKey(block.decode(origin), origin);
            }
        }
        throw new TrustException(origin + " holds " + labels(pem) + ", expected a PEM block \"" + PUBLIC_KEY + "\"");
    }

    /** Writes certificates, readable by everybody, all at once or not at all. */
    public static void writeCertificates(Path file, List<X509Certificate> certificates) {
        DurableFile.write(file, ofCertificates(certificates), "rw-r--r--");
    }

    /** Writes a private key that only its owner can read, all at once or not at all. */
    public static void writeKey(Path file, PrivateKey key) {
        DurableFile.write(file, ofKey(key), "rw-------");
    }

    private static String text(Path file) {
        try {
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw new TrustException(file + " has " + size + " bytes, a PEM file has at most " + LARGEST_FILE);
            }
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException missing) {
            throw new TrustException(
                    file + " does not exist; \"garboard init\" makes a site's keys and certificates", missing);
        } catch (AccessDeniedException denied) {
            throw new TrustException("no permission to read " + file + "; run as its owner", denied);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot read " + file + ": " + failed.getMessage(), failed);
        }
    }

    private static List<Block> blocks(String pem, String origin, String expected) {
        var blocks = new ArrayList<Block>();
        var matcher = BLOCK.matcher(pem);
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2).replaceAll("\\s", "")));
        }
        if (blocks.isEmpty()) {
            throw new TrustException(
                    origin + " is not a PEM file (no \"-----BEGIN\" block is complete); expected " + expected);
        }
        return blocks;
    }

    private static String labels(String pem) {
        return BLOCK.matcher(pem)
                .results()
                .map(found -> '"' + found.group(1) + '"')
                .distinct()
                .toList()
                .toString();
    }

    private static X509Certificate certificate(byte[] der, String origin) {
        try {
            var factory = CertificateFactory.getInstance("X.509");
            return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException malformed) {
            throw new TrustException(origin + ": the certificate cannot be read: " + malformed.getMessage(), malformed);
        }
    }

    private static PrivateKey key(byte[] der, String origin) {
        var spec = new PKCS8EncodedKeySpec(der);
        for (var algorithm : List.of("EC", "RSA")) {
            var key = key(spec, algorithm);
            if (key != null) {
                return key;
            }
        }
        throw new TrustException(origin + ": the private key is neither EC nor RSA, or is damaged");
    }

    private static @Nullable PrivateKey key(PKCS8EncodedKeySpec spec, String algorithm) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(spec);
        } catch (InvalidKeySpecException anotherAlgorithm) {
            return null;
        } catch (NoSuchAlgorithmException missing) {
            throw new TrustException("this Java runtime has no " + algorithm + " keys", missing);
        }
    }

    private static PublicKey publicKey(byte[] der, String origin) {
        var spec = new X509EncodedKeySpec(der);
        for (var algorithm : List.of("EC", "RSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePublic(spec);
            } catch (InvalidKeySpecException anotherAlgorithm) {
                // The next one is tried.
            } catch (NoSuchAlgorithmException missing) {
                throw new TrustException("this Java runtime has no " + algorithm + " keys", missing);
            }
        }
        throw new TrustException(origin + ": the public key is neither EC nor RSA, or is damaged");
    }

    private static String block(String label, byte[] content) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END " + label + "-----\n";
    }
}
