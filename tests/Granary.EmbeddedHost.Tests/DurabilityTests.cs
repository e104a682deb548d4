using Granary.EmbeddedHost.Reminders;
using Granary.EmbeddedHost.Storage;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Granary.EmbeddedHost.Tests;

public sealed class DurabilityTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("granary-host-").FullName;
    private readonly GrainId _grain = GrainId.Create("kind", "a key/with odd:parts");

    [Fact]
    public async Task A_state_in_a_file_is_read_by_the_next_process()
    {
        var written = new GrainState<Payload>(new Payload([1, 2, 3]));
        await Files().WriteStateAsync("state", _grain, written);
        var read = new GrainState<Payload>();
        await Files().ReadStateAsync("state", _grain, read);
        Assert.Equal([1, 2, 3], read.State!.Bytes);
        Assert.Equal((written.ETag, true), (read.ETag, read.RecordExists));
        await Files().ClearStateAsync("state", _grain, read);
        await Files().ReadStateAsync("state", _grain, read);
        Assert.Equal((null, false), (read.ETag, read.RecordExists));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_with_an_old_tag_is_refused(bool files)
    {
        IGrainStorage storage = files ? Files() : new MemoryGrainStorage("memory", new Serializer());
        var first = new GrainState<Payload>(new Payload([1]));
        var second = new GrainState<Payload>(new Payload([2]));
        await storage.WriteStateAsync("state", _grain, first);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("state", _grain, second));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("state", _grain, second));
        await storage.ReadStateAsync("state", _grain, second);
        await storage.WriteStateAsync("state", _grain, second);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("state", _grain, first));
    }

    [Fact]
    public async Task Reminders_in_a_file_are_read_by_the_next_process()
    {
        var path = Path.Combine(_directory, "reminders.json");
        var first = new FileReminderTable(path);
        await first.StartAsync();
        var entry = new ReminderEntry { GrainId = _grain, ReminderName = "wake", StartAt = new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc), Period = TimeSpan.FromHours(1) };
        var tag = await first.UpsertRow(entry);
        await first.UpsertRow(new ReminderEntry { GrainId = _grain, ReminderName = "other", StartAt = entry.StartAt, Period = entry.Period });

        var second = new FileReminderTable(path);
        await second.StartAsync();
        var row = await second.ReadRow(_grain, "wake");
        Assert.Equal((entry.StartAt, entry.Period, tag), (row!.StartAt, row.Period, row.ETag));
        Assert.False(await second.RemoveRow(_grain, "wake", "another tag"));
        Assert.True(await second.RemoveRow(_grain, "wake", tag!));

        var third = new FileReminderTable(path);
        await third.StartAsync();
        Assert.Equal("other", Assert.Single((await third.ReadRows(_grain)).Reminders).ReminderName);
    }

    [Fact]
    public async Task A_damaged_reminder_file_is_named_in_the_error()
    {
        var path = Path.Combine(_directory, "reminders.json");
        await File.WriteAllTextAsync(path, "[{");
        var failure = await Assert.ThrowsAsync<OrleansConfigurationException>(() => new FileReminderTable(path).StartAsync());
        Assert.Contains(path, failure.Message);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private FileGrainStorage Files() => new("files", _directory, new Serializer());
}
