using System.Text.Json;
using Granary.EmbeddedHost.Storage;
using Orleans;
using Orleans.Runtime;

namespace Granary.EmbeddedHost.Reminders;

/// <summary>Keeps reminders in one JSON file, replaced as a whole at each change.</summary>
/// <remarks>Reminders are few and change seldom, so the cost of writing them all is small beside that of waiting for the disk.</remarks>
internal sealed class FileReminderTable(string path) : InMemoryReminderTable
{
    public override Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (File.Exists(path))
        {
            using var file = File.OpenRead(path);
            try
            {
                Load((JsonSerializer.Deserialize(file, ReminderFileJson.Default.RowArray) ?? []).Select(r => r.ToEntry()));
            }
            catch (Exception e) when (e is JsonException or ArgumentException)
            {
                throw new OrleansConfigurationException($"The reminder file {path} cannot be read: {e.Message} Restore it, or remove it to start without reminders.");
            }
        }
        return Task.CompletedTask;
    }

    protected override void Save(IReadOnlyCollection<ReminderEntry> rows)
        => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes([.. rows.Select(Row.From)], ReminderFileJson.Default.RowArray));

    /// <summary>A row as it is in the file.</summary>
    internal sealed record Row(string Grain, string Name, DateTime StartAt, TimeSpan Period, string? Tag)
    {
        public static Row From(ReminderEntry entry) => new(entry.GrainId.ToString(), entry.ReminderName, entry.StartAt, entry.Period, entry.ETag);

        public ReminderEntry ToEntry() => new() { GrainId = GrainId.Parse(Grain), ReminderName = Name, StartAt = StartAt, Period = Period, ETag = Tag };
    }
}

/// <summary>The shape of the reminder file.</summary>
[System.Text.Json.Serialization.JsonSourceGenerationOptions(WriteIndented = true)]
[System.Text.Json.Serialization.JsonSerializable(typeof(FileReminderTable.Row[]))]
internal sealed partial class ReminderFileJson : System.Text.Json.Serialization.JsonSerializerContext;
