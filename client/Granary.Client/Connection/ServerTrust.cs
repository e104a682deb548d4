using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Granary.Model;

namespace Granary.Client;

/// <summary>Which server's certificate a client takes, before it shows its token.</summary>
/// <param name="Host">The name or address that was asked for.</param>
/// <param name="Authority">PEM file of the authorities that count; null for the system's.</param>
/// <param name="Fingerprint">SHA-256 of the one certificate that counts, hexadecimal; several, parted by commas, where a cluster's servers each have their own; null for any that an authority vouches for.</param>
internal sealed record ServerTrust(string Host, string? Authority, string? Fingerprint)
{
    /// <exception cref="GranaryException">Invalid: what was given is no fingerprint, or no certificates are in the file.</exception>
    public SslClientAuthenticationOptions ToOptions()
    {
        var options = new SslClientAuthenticationOptions { TargetHost = Host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (Fingerprint is not null)
        {
            var expected = Fingerprint.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Parse).ToArray();
            options.RemoteCertificateValidationCallback = (_, shown, _, _) =>
                shown is not null && SHA256.HashData(shown.GetRawCertData()) is var hash && expected.Any(e => CryptographicOperations.FixedTimeEquals(hash, e));
        }
        else if (Authority is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(Load(Authority));
            options.CertificateChainPolicy = policy;
        }
        return options;
    }

    /// <summary>Why a certificate was not taken.</summary>
    public static string Words(SslPolicyErrors problems, string? host) => problems switch
    {
        _ when problems.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) => "it showed no certificate",
        _ when problems.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => $"its certificate is for another name than '{host}'",
        _ => "nobody that is trusted vouches for its certificate (--ca, --fingerprint)",
    };

    private static byte[] Parse(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal).Trim();
        if (digits.StartsWith("sha256-", StringComparison.OrdinalIgnoreCase)) digits = digits["sha256-".Length..];
        return digits.Length == 64 && digits.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(digits)
            : throw GranaryException.Invalid($"'{Quoting.Clip(text)}' is no fingerprint; write the 64 hexadecimal digits that the server shows as it starts (--fingerprint, GRANARY_FINGERPRINT)");
    }

    private static X509Certificate2Collection Load(string path)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(path);
            return certificates.Count > 0 ? certificates : throw GranaryException.Invalid($"{path} holds no certificate; --ca (GRANARY_CA) takes a PEM file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw GranaryException.Invalid($"{path} cannot be used as --ca (GRANARY_CA): {Quoting.Clip(e.Message.ReplaceLineEndings(" "), 200)}");
        }
    }
}
