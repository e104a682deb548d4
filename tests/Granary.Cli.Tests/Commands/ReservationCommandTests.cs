using System.Text.Json;
using Granary.Abstractions;

namespace Granary.Cli.Tests.Commands;

public sealed class ReservationCommandTests
{
    [Fact]
    public async Task Reserve_prints_the_id_and_says_what_was_asked()
    {
        var cli = new Cli();
        var made = await cli.Run("reserve", "--agent", "safety", "--cpu", "2", "--memory", "1Gi", "--custom", "licence=1", "--from", "+10m", "--for", "5m",
            "--every", "day", "--count", "7");
        Assert.Equal((0, "default/r1\n"), (made.Code, made.Out));
        var spec = Assert.Single(cli.Cluster.Pool("default").Reserved).Spec;
        Assert.Equal(("safety", "cpu=2,memory=1Gi,licence=1", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(5), TimeSpan.FromDays(1), 7),
            (spec.Agent, spec.Resources.ToString(), spec.In, spec.For, spec.Every, spec.Count));
        await cli.Run("reserve", "--agent", "safety", "--cpu", "500m", "--from", "2030-01-31T08:00:00Z", "--for", "1h", "--every", "24h", "--until", "2030-02-28T00:00Z");
        spec = cli.Cluster.Pool("default").Reserved[1].Spec;
        Assert.Equal((new DateTimeOffset(2030, 1, 31, 8, 0, 0, TimeSpan.Zero), new DateTimeOffset(2030, 2, 28, 0, 0, 0, TimeSpan.Zero)), (spec.From, spec.Until));
    }

    [Fact]
    public async Task They_are_listed_as_a_table_wide_and_as_json_and_given_up()
    {
        var cli = new Cli();
        await cli.Run("reserve", "--agent", "safety", "--cpu", "2", "--from", "+10m", "--for", "5m");
        Assert.Equal(
            [
                "ID           AGENT    STATE      RESOURCES   USED   FROM                   FOR   BEGINS   MISSING   AGE",
                "default/r1   safety   upcoming   cpu=2       none   1970-01-01 01:10:00Z   5m    in 10m   -         60s",
            ],
            (await cli.Run("reservations")).Lines);
        Assert.Contains("n1:cpu=2", (await cli.Run("reservations", "-o", "wide")).Out, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await cli.Run("reservations", "-o", "json")).Out);
        var row = json.RootElement[0];
        Assert.Equal(("default/r1", "safety", "upcoming", "1970-01-01T01:10:00.000Z", 300, "2"), (row.GetProperty("id").GetString(), row.GetProperty("agent").GetString(),
            row.GetProperty("state").GetString(), row.GetProperty("start_time").GetString(), row.GetProperty("for_s").GetDouble(), row.GetProperty("resources").GetProperty("cpu").GetString()));
        Assert.Equal("default/r1 given up\n", (await cli.Run("unreserve", "r1")).Out);
        Assert.Empty((await cli.Run("reservations")).Lines);
        Assert.Contains("ended", (await cli.Run("reservations", "--all")).Out, StringComparison.Ordinal);
        Assert.Equal(5, (await cli.Run("unreserve", "default/r1")).Code);
    }

    [Fact]
    public async Task A_refusal_is_one_line_and_exit_code_4()
    {
        var cli = new Cli();
        cli.Cluster.Pool("default").RefuseReservations = new ReserveReply { Error = "cannot reserve cpu=2 for agent a: at most cpu=1 free" };
        var refused = await cli.Run("reserve", "--agent", "a", "--cpu", "2", "--for", "5m");
        Assert.Equal((4, "", "granary: cannot reserve cpu=2 for agent a: at most cpu=1 free\n"), (refused.Code, refused.Out, refused.Error));
    }

    [Theory]
    [InlineData("nothing to reserve", "reserve", "--agent", "a", "--for", "5m")]
    [InlineData("--from is 'soon'", "reserve", "--agent", "a", "--cpu", "1", "--for", "5m", "--from", "soon")]
    [InlineData("or write hour, day or week", "reserve", "--agent", "a", "--cpu", "1", "--for", "5m", "--every", "fortnight")]
    [InlineData("'12' is no reservation id; write POOL/rN", "unreserve", "12")]
    public async Task Wrong_use_says_what_would_be_right(string says, params string[] args)
    {
        var result = await new Cli().Run(args);
        Assert.Equal(2, result.Code);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
    }
}
