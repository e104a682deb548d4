using System.Net;
using Granary.Execution.Http;
using Granary.Model;

namespace Granary.Execution.Tests.Http;

/// <summary>Which calls a node lets through: host as it is written, address as it was resolved.</summary>
public class HttpHostsTests
{
    [Theory]
    // this machine
    [InlineData("loopback", "localhost", 80, "127.0.0.1", true)]
    [InlineData("loopback", "localhost", 80, "::1", true)]
    [InlineData("loopback", "127.0.0.1", 80, "::ffff:127.0.0.1", true)]
    [InlineData("loopback", "example.org", 443, "93.184.215.14", false)]
    // a name that leads to this machine, the link, or where clouds keep credentials
    [InlineData("any", "rebound.example.org", 80, "127.0.0.1", false)]
    [InlineData("any", "rebound.example.org", 80, "::ffff:127.0.0.1", false)]
    [InlineData("any", "169.254.169.254", 80, "169.254.169.254", false)]
    [InlineData("any", "meta.example.org", 80, "fd00:ec2::254", false)]
    [InlineData("any", "meta.example.org", 80, "100.100.100.200", false)]
    [InlineData("any", "x.example.org", 80, "fe80::1", false)]
    [InlineData("any", "x.example.org", 80, "0.0.0.0", false)]
    [InlineData("any", "x.example.org", 80, "::", false)]
    [InlineData("any", "x.example.org", 80, "224.0.0.1", false)]
    [InlineData("any", "x.example.org", 80, "64:ff9b::7f00:1", false)]
    [InlineData("any", "x.example.org", 80, "2002:7f00:1::", false)]
    [InlineData("any", "x.example.org", 8080, "93.184.215.14", true)]
    // names
    [InlineData("api.example.org", "API.example.org.", 80, "93.184.215.14", true)]
    [InlineData("api.example.org", "example.org", 80, "93.184.215.14", false)]
    [InlineData("*.example.org", "a.b.example.org", 80, "93.184.215.14", true)]
    [InlineData("*.example.org", "example.org", 80, "93.184.215.14", false)]
    [InlineData("*.example.org", "evilexample.org", 80, "93.184.215.14", false)]
    [InlineData("api.example.org:443", "api.example.org", 443, "93.184.215.14", true)]
    [InlineData("api.example.org:443", "api.example.org", 80, "93.184.215.14", false)]
    [InlineData("intra.corp", "intra.corp", 80, "10.1.2.3", true)]
    // networks
    [InlineData("10.0.0.0/8", "10.1.2.3", 80, "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "anything.example.org", 80, "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "x", 80, "11.0.0.1", false)]
    [InlineData("169.254.169.254", "169.254.169.254", 80, "169.254.169.254", true)]
    [InlineData("loopback; *.example.org; fd00::/8", "x", 80, "fd12::1", true)]
    public void A_call_is_let_through_or_not(string hosts, string host, int port, string address, bool allowed) =>
        Assert.Equal(allowed, HttpHosts.Parse(hosts)!.Allows(host, port, IPAddress.Parse(address)));

    [Theory]
    [InlineData("")]
    [InlineData("none")]
    [InlineData(" ; ")]
    public void Nothing_is_no_calls_at_all(string text) => Assert.Null(HttpHosts.Parse(text));

    [Theory]
    [InlineData("http://example.org")]
    [InlineData("example.org:0")]
    [InlineData("example.org:99999")]
    [InlineData("10.0.0.0/99")]
    [InlineData("a b")]
    [InlineData("loopback; *")]
    public void What_is_no_host_is_refused_in_one_line(string text)
    {
        var e = Assert.Throws<GranaryException>(() => HttpHosts.Parse(text));
        Assert.Equal(ErrorCode.Invalid, e.Code);
        Assert.StartsWith("Node:HttpHosts: '", e.Message, StringComparison.Ordinal);
    }
}
