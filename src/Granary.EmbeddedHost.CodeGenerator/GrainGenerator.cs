using Microsoft.CodeAnalysis;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>Writes references, calls, codecs and registrations.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class GrainGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
    }
}
