using Granary.Model;

namespace Granary.Client.Tests;

public class ServerAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:7411", "127.0.0.1", 7411)]
    [InlineData("localhost", "localhost", 7411)]
    [InlineData(" server.example:99 ", "server.example", 99)]
    [InlineData("[::1]:8000", "::1", 8000)]
    [InlineData("[::1]", "::1", 7411)]
    public void Reads(string text, string host, int port) => Assert.Equal(new ServerAddress(host, port), ServerAddress.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(":7411")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:7411x")]
    [InlineData("[::1")]
    [InlineData("[::1]7411")]
    [InlineData("two words:1")]
    [InlineData("http://host:1")]
    public void Refuses(string text)
    {
        var e = Assert.Throws<GranaryException>(() => ServerAddress.Parse(text));
        Assert.Equal((ErrorCode.Invalid, $"'{text}' is no server address; write HOST:PORT, like 127.0.0.1:7411"), (e.Code, e.Message));
    }

    [Theory]
    [InlineData("a:1", "a:1")]
    [InlineData("a:1,b", "a:1, b:7411")]
    [InlineData(" a:1 , a:1, [::1]:2,", "a:1, [::1]:2")]
    public void Reads_several(string text, string read) => Assert.Equal(read, string.Join(", ", ServerAddress.ParseAll(text)));

    [Theory]
    [InlineData("")]
    [InlineData("a:1,b:0")]
    public void Refuses_one_bad_address_among_several(string text) =>
        Assert.Equal(ErrorCode.Invalid, Assert.Throws<GranaryException>(() => ServerAddress.ParseAll(text)).Code);

    [Fact]
    public void Writes_what_it_reads()
    {
        Assert.Equal("[::1]:8000", ServerAddress.Parse("[::1]:8000").ToString());
        Assert.Equal("h:1", ServerAddress.Parse("h:1").ToString());
        Assert.True(ServerAddress.Parse("[::1]").IsLoopback);
        Assert.True(ServerAddress.Parse("localhost").IsLoopback);
        Assert.False(ServerAddress.Parse("10.0.0.1").IsLoopback);
    }
}
