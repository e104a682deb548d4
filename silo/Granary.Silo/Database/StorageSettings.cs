using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Granary.Silo.Database;

/// <summary>Which store a server keeps everything in.</summary>
public enum StorageProvider
{
    /// <summary>A file in the data directory.</summary>
    Sqlite,
    /// <summary>Tables in a database that several servers may share.</summary>
    Postgres,
}

/// <summary>Where pools, finished tasks and grain state are kept, and for how long. Section <c>Storage</c> of the configuration.</summary>
public sealed class StorageSettings
{
    public const string Section = "Storage";

    /// <summary>Sqlite or Postgres. Default Sqlite.</summary>
    public StorageProvider Provider { get; set; }

    /// <summary>For Postgres: <c>Host=db;Username=granary;Database=granary</c>. A password belongs into <see cref="PasswordFile"/>, or the whole into the environment.</summary>
    [PasswordPropertyText(true)]
    public string ConnectionString { get; set; } = "";

    /// <summary>A file whose first line is the password, readable by its owner only. Default none.</summary>
    public string PasswordFile { get; set; } = "";

    /// <summary>For Postgres: the schema that holds the tables. Default granary.</summary>
    [Required]
    public string Schema { get; set; } = "granary";

    /// <summary>How long finished tasks can be asked about; 0 keeps them for ever. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan KeepFinished { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often older ones are looked for. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromMinutes(10);
}
