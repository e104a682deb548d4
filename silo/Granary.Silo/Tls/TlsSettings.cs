namespace Granary.Silo.Tls;

/// <summary>How gateway, REST and the connections between a cluster's servers are encrypted. Section <c>Tls</c> of the configuration. With a certificate all of them use TLS wherever the server listens; beyond loopback they need one.</summary>
public sealed class TlsSettings
{
    public const string Section = "Tls";

    /// <summary>PEM file of the certificate, followed by those that lead to its issuer. Default none.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>PEM file of its private key, readable by the server's user only. Default: in <see cref="Certificate"/>.</summary>
    public string Key { get; set; } = "";

    /// <summary>Make a certificate in the data directory (<c>tls.pem</c>), which clients know by its fingerprint. Default false.</summary>
    public bool SelfSigned { get; set; }

    /// <summary>
    /// Listen beyond loopback without TLS: whoever can see the network's traffic then has every token. For a network that only trusted machines are on, or behind a
    /// proxy on this machine that encrypts. Default false.
    /// </summary>
    public bool PlainTextOnTrustedNetwork { get; set; }
}
