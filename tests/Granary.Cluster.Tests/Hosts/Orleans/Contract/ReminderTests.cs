using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace Granary.Cluster.Tests.Contract;

/// <summary>Orleans' own reminder provider on our scripts.</summary>
public sealed class ReminderTests
{
    private static readonly DateTime Start = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task What_is_written_is_read_and_an_old_version_removes_nothing()
    {
        var table = await TableAsync();
        var first = (await table.UpsertRow(Entry("a", "tick", TimeSpan.FromMinutes(1))))!;
        var second = (await table.UpsertRow(Entry("a", "tick", TimeSpan.FromDays(40))))!; // over 2^31 ms
        Assert.NotEqual(first, second);
        await table.UpsertRow(Entry("a", "tock", TimeSpan.FromMinutes(3)));
        var read = (await table.ReadRow(Grain("a"), "tick"))!;
        Assert.Equal((Grain("a"), "tick", Start, TimeSpan.FromDays(40), second), (read.GrainId, read.ReminderName, read.StartAt, read.Period, read.ETag));
        Assert.Equal(["tick", "tock"], (await table.ReadRows(Grain("a"))).Reminders.Select(r => r.ReminderName).Order());

        Assert.False(await table.RemoveRow(Grain("a"), "tick", first));
        Assert.True(await table.RemoveRow(Grain("a"), "tick", second));
        Assert.False(await table.RemoveRow(Grain("a"), "tick", second));
        Assert.Null(await table.ReadRow(Grain("a"), "tick"));
        // made again: who knows the old one must not remove it
        var again = (await table.UpsertRow(Entry("a", "tick", TimeSpan.FromMinutes(1))))!;
        Assert.DoesNotContain(again, new[] { first, second });
        Assert.False(await table.RemoveRow(Grain("a"), "tick", second));
    }

    [Fact]
    public async Task Every_reminder_is_in_exactly_one_part_of_the_ring()
    {
        var table = await TableAsync();
        var names = Enumerable.Range(0, 200).Select(i => $"g{i}").ToArray();
        foreach (var name in names) await table.UpsertRow(Entry(name, "tick", TimeSpan.FromMinutes(1)));
        uint[] cuts = [0x10000000, 0x7fffffff, 0x90000000, 0xf0000000];
        var found = new List<string>();
        for (var i = 0; i < cuts.Length; i++)
        {
            var (begin, end) = (cuts[i], cuts[(i + 1) % cuts.Length]);
            var part = (await table.ReadRows(begin, end)).Reminders;
            Assert.All(part, r => Assert.True(IsIn(r.GrainId.GetUniformHashCode(), begin, end)));
            found.AddRange(part.Select(r => r.GrainId.Key.ToString()!));
        }
        Assert.Equal(names.Order(), found.Order());
        Assert.Equal(names.Length, (await table.ReadRows(5, 5)).Reminders.Count); // one silo has all of the ring
        await table.TestOnlyClearTable();
        Assert.Empty((await table.ReadRows(5, 5)).Reminders);
    }

    private static bool IsIn(uint hash, uint begin, uint end) => begin < end ? hash > begin && hash <= end : hash > begin || hash <= end;

    private static async Task<IReminderTable> TableAsync()
    {
        var database = await ClusterDatabase.CreateForProvidersAsync();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering()
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = ("one", "one"))
            .UseAdoNetReminderService(o => (o.Invariant, o.ConnectionString) = ("Npgsql", database)));
        var table = builder.Build().Services.GetRequiredService<IReminderTable>();
        await table.StartAsync(CancellationToken.None);
        return table;
    }

    private static GrainId Grain(string key) => GrainId.Create("test", key);

    private static ReminderEntry Entry(string key, string name, TimeSpan period) =>
        new() { GrainId = Grain(key), ReminderName = name, StartAt = Start, Period = period };
}
