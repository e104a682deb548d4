using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Messaging;
using Orleans.Runtime;

namespace Granary.Cluster.Tests.Contract;

#pragma warning disable CS0618 // the forms without a token, which every 10.4 has

/// <summary>Orleans' own membership provider on our scripts.</summary>
public sealed class MembershipTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Changes_need_the_version_that_was_read()
    {
        var table = await TableAsync();
        var empty = await table.ReadAll();
        Assert.Equal((0, 0), (empty.Members.Count, empty.Version.Version));

        Assert.True(await table.InsertRow(Entry(1), empty.Version.Next()));
        Assert.False(await table.InsertRow(Entry(2), empty.Version.Next())); // somebody else was first
        var one = await table.ReadAll();
        Assert.Equal((1, 1), (one.Members.Count, one.Version.Version));
        Assert.False(await table.InsertRow(Entry(1), one.Version.Next())); // it is there already
        Assert.Equal(1, (await table.ReadAll()).Version.Version);

        var changed = Entry(1);
        changed.Status = SiloStatus.Active;
        changed.SuspectTimes = [Tuple.Create(Silo(7), Start), Tuple.Create(Silo(8), Start.AddSeconds(1))];
        Assert.False(await table.UpdateRow(changed, "", empty.Version.Next()));
        Assert.True(await table.UpdateRow(changed, Assert.Single(one.Members).Item2, one.Version.Next()));
        Assert.False(await table.UpdateRow(Entry(3), "", (await table.ReadAll()).Version.Next())); // nobody is there
        var after = await table.ReadRow(Silo(1));
        Assert.Equal(2, after.Version.Version);
        var read = Assert.Single(after.Members).Item1;
        Assert.Equal((SiloStatus.Active, "silo-1", "host", 30_001), (read.Status, read.SiloName, read.HostName, read.ProxyPort));
        Assert.Equal([Silo(7), Silo(8)], read.SuspectTimes!.Select(s => s.Item1));
        Assert.Equal(Start, read.StartTime);
    }

    [Fact]
    public async Task Of_many_at_once_one_changes_each_version()
    {
        var table = await TableAsync();
        var version = (await table.ReadAll()).Version.Next();
        var all = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => table.InsertRow(Entry(i), version)));
        Assert.Single(all, done => done);
        var after = await table.ReadAll();
        Assert.Equal((1, 1), (after.Members.Count, after.Version.Version));
    }

    [Fact]
    public async Task A_sign_of_life_changes_no_version_and_the_dead_are_cleared_away()
    {
        var table = await TableAsync();
        foreach (var i in (int[])[1, 2, 3])
            Assert.True(await table.InsertRow(Entry(i, i == 1 ? SiloStatus.Active : SiloStatus.Dead), (await table.ReadAll()).Version.Next()));
        var alive = Entry(3);
        alive.IAmAliveTime = Start.AddHours(2);
        await table.UpdateIAmAlive(alive);
        Assert.Equal(3, (await table.ReadAll()).Version.Version);
        Assert.Equal(Start.AddHours(2), Assert.Single((await table.ReadRow(Silo(3))).Members).Item1.IAmAliveTime);

        await table.CleanupDefunctSiloEntries(Start.AddHours(1));
        Assert.Equal([Silo(1), Silo(3)], (await table.ReadAll()).Members.Select(m => m.Item1.SiloAddress).Order());
        await table.DeleteMembershipTableEntries("one");
        Assert.Empty((await (await TableAsync()).ReadAll()).Members);
    }

    [Fact]
    public async Task Clients_find_the_gateways_of_active_silos()
    {
        var database = await ClusterDatabase.CreateForProvidersAsync();
        var table = await TableAsync(database);
        foreach (var i in (int[])[1, 2])
            Assert.True(await table.InsertRow(Entry(i, i == 1 ? SiloStatus.Active : SiloStatus.Joining), (await table.ReadAll()).Version.Next()));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(c => c
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = ("one", "one"))
            .UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", database)));
        using var host = builder.Build();
        var gateways = host.Services.GetRequiredService<IGatewayListProvider>();
        await gateways.InitializeGatewayListProvider();
        Assert.Equal(30_001, Assert.Single(await gateways.GetGateways()).Port);
    }

    private static async Task<IMembershipTable> TableAsync(string? database = null)
    {
        database ??= await ClusterDatabase.CreateForProvidersAsync();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = ("one", "one"))
            .UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", database)));
        var table = builder.Build().Services.GetRequiredService<IMembershipTable>();
        await table.InitializeMembershipTable(true);
        await table.InitializeMembershipTable(true); // every silo does it
        return table;
    }

    private static SiloAddress Silo(int number) => SiloAddress.New(IPAddress.Loopback, 11_000 + number, number);

    private static MembershipEntry Entry(int number, SiloStatus status = SiloStatus.Joining) => new()
    {
        SiloAddress = Silo(number),
        SiloName = $"silo-{number}",
        HostName = "host",
        Status = status,
        ProxyPort = 30_000 + number,
        StartTime = Start,
        IAmAliveTime = Start,
    };
}
