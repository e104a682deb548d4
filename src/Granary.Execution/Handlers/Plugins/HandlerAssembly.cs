using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Granary.Execution.Handlers.Plugins;

/// <summary>What an assembly says of itself, read from its tables without running any of it.</summary>
/// <param name="Contract">The handler contract it was built for; null where it does not say.</param>
/// <param name="IsWritableByOthers">Every user of the machine may change the file.</param>
internal sealed record HandlerAssembly(int? Contract, bool IsWritableByOthers)
{
    private const string Own = "Granary.Execution";

    /// <summary>Null for a file that is no .NET assembly or does not use this one.</summary>
    public static HandlerAssembly? Read(string file)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        if (!image.HasMetadata) return null;
        var metadata = image.GetMetadataReader();
        if (!metadata.AssemblyReferences.Any(r => metadata.StringComparer.Equals(metadata.GetAssemblyReference(r).Name, Own))) return null;
        var others = !OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & UnixFileMode.OtherWrite) != 0;
        return new(ContractOf(metadata), others);
    }

    private static int? ContractOf(MetadataReader metadata)
    {
        if (!metadata.IsAssembly) return null;
        foreach (var handle in metadata.GetAssemblyDefinition().GetCustomAttributes())
        {
            var attribute = metadata.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind != HandleKind.MemberReference) continue;
            var parent = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
            if (parent.Kind != HandleKind.TypeReference || !metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)parent).Name, nameof(HandlerContractAttribute))) continue;
            // a prolog of 1, then the only argument. Source: ECMA-335, II.23.3.
            var value = metadata.GetBlobReader(attribute.Value);
            return value.ReadUInt16() == 1 ? value.ReadInt32() : null;
        }
        return null;
    }
}
