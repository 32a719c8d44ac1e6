package dev.stocktake.bench;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.Table;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.search.engine.backend.types.Projectable;
import org.hibernate.search.engine.backend.types.Searchable;
import org.hibernate.search.mapper.pojo.automaticindexing.ReindexOnUpdate;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.GenericField;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.IndexedEmbedded;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.IndexingDependency;
import org.hibernate.search.mapper.pojo.mapping.definition.annotation.KeywordField;

/** A variant of a {@link PeerProduct}. */
@Entity(name = "PeerVariant")
@Table(name = "product_variant")
final class PeerVariant {

    @Id
    @KeywordField(name = "key", searchable = Searchable.NO, projectable = Projectable.YES)
    private String id = "";

    @KeywordField(searchable = Searchable.NO, projectable = Projectable.YES)
    private String sku = "";

    @KeywordField(searchable = Searchable.NO, projectable = Projectable.YES)
    private String title = "";

    @GenericField(searchable = Searchable.NO, projectable = Projectable.YES)
    private int weight;

    @OneToMany
    @JoinColumn(name = "variant_id")
    @IndexedEmbedded
    @IndexingDependency(reindexOnUpdate = ReindexOnUpdate.NO)
    private List<PeerPrice> prices = new ArrayList<>();

    @OneToMany
    @JoinColumn(name = "variant_id")
    @OrderBy("location")
    @IndexedEmbedded
    @IndexingDependency(reindexOnUpdate = ReindexOnUpdate.NO)
    private List<PeerLevel> stock = new ArrayList<>();

    PeerVariant() {}
}
