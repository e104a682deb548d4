using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Granary.Model;

namespace Granary.Silo.Tls;

/// <summary>What the server shows to who connects.</summary>
/// <param name="Certificate">With its private key.</param>
/// <param name="Chain">Certificates that lead to its issuer.</param>
internal sealed record ServerCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain)
{
    private const string SelfSignedFile = "tls.pem";

    /// <summary>TLS 1.2 and what came after it.</summary>
    public const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>SHA-256 of the certificate, hexadecimal: what <c>--fingerprint</c> takes.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Certificate.RawData));

    /// <summary>The certificate with those that lead to its issuer.</summary>
    public SslStreamCertificateContext Context { get; } = SslStreamCertificateContext.Create(Certificate, Chain, offline: true);

    /// <summary>For the embedded host's gateway.</summary>
    public SslServerAuthenticationOptions ForGateway() => new()
    {
        ServerCertificateContext = Context,
        EnabledSslProtocols = Protocols,
    };

    /// <summary>The certificate that the settings name; null for none.</summary>
    /// <param name="settings">As configured.</param>
    /// <param name="address">Where the server listens.</param>
    /// <param name="data">Its data directory.</param>
    /// <exception cref="GranaryException">Refused where one is needed and there is none; invalid where it cannot be used.</exception>
    public static ServerCertificate? Load(TlsSettings settings, IPAddress address, string data)
    {
        if (settings.Certificate.Length > 0 && settings.SelfSigned)
            throw GranaryException.Invalid("Tls:Certificate and Tls:SelfSigned are both set; use the one or the other");
        if (settings.Certificate.Length == 0 && settings.Key.Length > 0)
            throw GranaryException.Invalid("Tls:Key is set and Tls:Certificate is not; give both (--tls-certificate FILE --tls-key FILE)");
        if (settings.Certificate.Length > 0) return FromFiles(settings.Certificate, settings.Key.Length > 0 ? settings.Key : settings.Certificate);
        if (settings.SelfSigned) return FromData(Path.Combine(data, SelfSignedFile), address);
        if (IPAddress.IsLoopback(address) || settings.PlainTextOnTrustedNetwork) return null;
        throw GranaryException.Refused(
            $"--listen {address} is beyond this machine, and tokens would go over the network in clear text; give --tls-certificate FILE --tls-key FILE, or --tls-self-signed for a certificate of the server's own");
    }

    private static ServerCertificate FromFiles(string certificate, string key)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(key) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
                throw GranaryException.Refused($"the private key {key} can be read by everybody: chmod 600 it");
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            var own = X509Certificate2.CreateFromPemFile(certificate, key);
            chain.RemoveAt(0);
            return new ServerCertificate(own, chain);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw GranaryException.Invalid($"the certificate {certificate} with the key {key} cannot be used: {e.Message.ReplaceLineEndings(" ")}; both are PEM files");
        }
    }

    private static ServerCertificate FromData(string path, IPAddress address)
    {
        if (File.Exists(path)) return FromFiles(path, path);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Dns.GetHostName()}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Dns.GetHostName());
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        if (!IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)) names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(10));
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.Delete(temporary);
        using (var file = new StreamWriter(new FileStream(temporary, options)))
        {
            file.WriteLine(made.ExportCertificatePem());
            file.WriteLine(key.ExportPkcs8PrivateKeyPem());
        }
        File.Move(temporary, path, overwrite: true);
        return FromFiles(path, path);
    }
}
